// Reads the text of iptables-save and says how to take away what the cluster added: our rules, known by their comment, and
// the KUBE- chains of kube-proxy and the kubelet with the rules that lead into them. Everything else stays as it is.

/** Whether some kube-proxy has its chains here. */
export function hasKubernetesChains(saved: string): boolean {
  return /^:KUBE-SERVICES /m.test(saved);
}

/** Input for `iptables-restore --noflush`; "" where there is nothing to take away. */
export function removalScript(saved: string, comment: string): string {
  const tables = saved.split(/^(?=\*)/m).filter((text) => text.startsWith("*"));
  return tables.map((text) => removalOfTable(text, comment)).join("");
}

function removalOfTable(text: string, comment: string): string {
  const lines = text.split("\n");
  const chains = lines.flatMap((line) => /^:(KUBE-\S+) /.exec(line)?.[1] ?? []);
  const rules = lines.filter((line) => line.startsWith("-A ") && isOurs(line, comment)).map((line) => line.replace(/^-A/, "-D"));
  if (chains.length === 0 && rules.length === 0) return "";
  // Naming a chain empties it, and only an empty chain that no rule leads into can be deleted.
  return [lines[0], ...chains.map((name) => `:${name} - [0:0]`), ...rules, ...chains.map((name) => `-X ${name}`), "COMMIT", ""].join("\n");
}

function isOurs(rule: string, comment: string): boolean {
  if (rule.startsWith("-A KUBE-")) return false; // goes when its chain is emptied
  return / -[jg] KUBE-/.test(rule) || rule.includes(` --comment ${comment} `) || rule.includes(` --comment "${comment}" `);
}

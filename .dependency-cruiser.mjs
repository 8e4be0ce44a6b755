// Who may import whom. Data runs one way: crds, schedule, window (pure), then the hands (zookeeper, kube), then report.
// Each rule's comment says where the import belongs instead; dev/check/rooms.ts prints it beside the violation.
// `import type` counts too, except where a rule says otherwise. Tests beside the source are free to reach across rooms.

/** What each room may import besides itself, and what to do instead of importing anything else. */
const rooms = {
  shared: {
    may: [],
    instead: "shared knows no other room. What only one room needs belongs in that room.",
  },
  crds: {
    may: ["shared"],
    instead:
      "crds is the contract with users and knows nothing of how it is kept. Translate where both are known: src/controller/observe.ts.",
  },
  protocol: {
    may: ["shared"],
    instead: "protocol is the contract with processors: names and orders of znodes. Reading and writing them belongs in src/zookeeper.",
  },
  schedule: {
    may: ["crds", "shared"],
    instead: "schedule only says when. What to do then belongs in src/window, doing it in src/controller/act.ts.",
  },
  window: {
    may: ["crds", "schedule", "shared"],
    instead:
      "window decides over facts that it is handed. src/controller/observe.ts gathers and translates them, src/controller/act.ts acts.",
  },
  report: {
    may: ["crds", "schedule", "window", "shared"],
    instead: "report turns a decision and its outcome into words. Telling them belongs in src/controller/publish.ts.",
  },
  zookeeper: {
    may: ["protocol", "shared"],
    instead: "zookeeper is a pair of hands and knows no windows. It returns its own types; src/controller/observe.ts translates them.",
  },
  kube: {
    may: ["crds", "shared"],
    instead: "kube is a pair of hands and decides nothing. It returns its own types; src/controller/observe.ts translates them.",
  },
  page: {
    may: ["crds", "schedule", "window", "report", "shared"],
    instead: "page shows what it is handed. Reading it from the cluster belongs in src/kube, wiring it in src/controller/main.ts.",
  },
  controller: {
    may: ["crds", "protocol", "schedule", "window", "report", "zookeeper", "kube", "page", "shared"],
    instead: "controller wires the rooms that it acts through. The processor's side of a lock belongs in src/processor, tools in src/cli.",
  },
  processor: {
    may: ["zookeeper", "protocol", "shared"],
    instead: "processor is a library for users' programs and knows neither Kubernetes nor windows. What both need belongs in src/protocol.",
  },
  sidecar: {
    may: ["processor", "shared"],
    instead: "sidecar is a processor with an HTTP door: what it needs of ZooKeeper belongs in src/processor.",
  },
  locks: {
    may: ["zookeeper", "protocol", "shared"],
    instead: "locks administers znodes and knows no Kubernetes. What joins the two belongs in src/cli.",
  },
  cli: {
    may: [
      "crds",
      "protocol",
      "schedule",
      "window",
      "report",
      "zookeeper",
      "kube",
      "sidecar",
      "locks",
      "shared",
      "controller/(?:observe|config)\\.ts$",
    ],
    instead: "cli looks and explains, with controller/observe.ts and controller/config.ts; it never acts in the controller's place.",
  },
};

const TEST = "\\.test\\.ts$";

function roomRule([room, { may, instead }]) {
  const allowed = [room, ...may].map((name) => (name.endsWith("$") ? name : `${name}/`));
  return {
    name: `room-${room}`,
    comment: `src/${room} may import ${[...may, "itself"].join(", ").replace("controller/(?:observe|config)\\.ts$", "controller/{observe,config}.ts")}. ${instead}`,
    severity: "error",
    from: { path: `^src/${room}/`, pathNot: TEST },
    to: { path: "^src/", pathNot: `^src/(?:${allowed.join("|")})` },
  };
}

/** A package that one door alone may import. */
function doorRule(name, packages, door, comment) {
  return {
    name,
    comment,
    severity: "error",
    from: { path: "^src/", pathNot: `${door}|${TEST}` },
    to: { path: `(?:^|/)node_modules/(?:@types/)?(?:${packages})(?:/|$)` },
  };
}

const npm = ["npm", "npm-dev", "npm-optional", "npm-peer", "npm-bundled", "npm-no-pkg", "npm-unknown"];

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...Object.entries(rooms).map(roomRule),

    {
      name: "known-room",
      comment: "A file of src stands in a room. A new room needs a line in .dependency-cruiser.mjs and in docs/architecture.md.",
      severity: "error",
      from: { path: `^src/(?!(?:${Object.keys(rooms).join("|")})/)` },
      to: {},
    },
    {
      name: "pure-no-packages",
      comment:
        "window and report use no package and no Node module: what they need of one is computed in another room and handed in as data.",
      severity: "error",
      from: { path: "^src/(?:window|report)/", pathNot: TEST },
      to: { dependencyTypes: [...npm, "core"] },
    },
    {
      name: "pure-no-node",
      comment:
        "Of Node, protocol and schedule may use node:crypto (ids from names) and crds nothing. I/O belongs in src/zookeeper, src/kube or src/controller.",
      severity: "error",
      from: { path: "^src/(?:crds|protocol|schedule)/", pathNot: TEST },
      to: { dependencyTypes: ["core"], pathNot: "^(?:node:)?crypto$" },
    },
    {
      name: "crds-no-crypto",
      comment: "crds describes and parses; ids made from names belong in src/schedule or src/protocol.",
      severity: "error",
      from: { path: "^src/crds/", pathNot: TEST },
      to: { path: "^(?:node:)?crypto$", dependencyTypes: ["core"] },
    },
    {
      name: "protocol-no-packages",
      comment:
        "protocol uses no package, so that any processor's author can read it as the specification. Talking to a server belongs in src/zookeeper.",
      severity: "error",
      from: { path: "^src/protocol/", pathNot: TEST },
      to: { dependencyTypes: npm },
    },
    doorRule(
      "croner-door",
      "croner",
      "^src/schedule/cron\\.ts$",
      "Only src/schedule/cron.ts imports croner: it keeps CronJob's syntax and our own daylight-saving rule. Call it.",
    ),
    doorRule(
      "zookeeper-client-door",
      "node-zookeeper-client",
      "^src/zookeeper/",
      "Only src/zookeeper imports node-zookeeper-client, whose faults it repairs. Take a Session (src/zookeeper/session.ts) as an argument.",
    ),
    {
      name: "kubernetes-client-door",
      comment:
        "Only src/kube imports @kubernetes/client-node (src/crds its types alone). Ask src/kube for a function that returns our own types.",
      severity: "error",
      from: { path: "^src/", pathNot: `^src/(?:kube|crds)/|${TEST}` },
      to: { path: "(?:^|/)node_modules/@kubernetes/client-node/" },
    },
    {
      name: "kubernetes-types-in-crds",
      comment:
        "src/crds may `import type` from @kubernetes/client-node, since types vanish at build. Calling the cluster belongs in src/kube.",
      severity: "error",
      from: { path: "^src/crds/", pathNot: TEST },
      to: { path: "(?:^|/)node_modules/@kubernetes/client-node/", dependencyTypesNot: ["type-only"] },
    },
    doorRule(
      "undici-door",
      "undici",
      "^src/kube/",
      "Only src/kube imports undici, for its pooled connections to the API server. Ask src/kube for what you need.",
    ),
    doorRule(
      "prom-client-door",
      "prom-client",
      "^src/controller/",
      "Only src/controller imports prom-client. Return what is to be counted; src/controller/metrics.ts counts it.",
    ),
    doorRule(
      "tinyqueue-door",
      "tinyqueue",
      "^src/controller/timers\\.ts$",
      "Only src/controller/timers.ts imports tinyqueue: whoever waits for an instant sets an alarm there, or takes shared/clock.ts.",
    ),
    doorRule(
      "commander-door",
      "commander",
      "^src/cli/",
      "Only src/cli imports commander. A room takes its options as arguments; src/cli reads them from the command line.",
    ),
    doorRule(
      "cronstrue-door",
      "cronstrue",
      "^src/cli/schedule-words\\.ts$",
      "Only src/cli/schedule-words.ts imports cronstrue, and gives it what it describes rightly. When a schedule runs says src/schedule/cron.ts.",
    ),
    doorRule(
      "winston-door",
      "winston",
      "^src/shared/log\\.ts$",
      "Only src/shared/log.ts imports winston. Take a Log (src/shared/log.ts) as an argument.",
    ),
    {
      name: "src-stands-alone",
      comment: "src is what is published: it imports nothing from dev, demo, test or examples. Move what it needs into a room of src.",
      severity: "error",
      from: { path: "^src/", pathNot: TEST },
      to: { path: "^(?:dev|demo|test|examples)/" },
    },
    {
      name: "src-tests-stay-beside",
      comment:
        "A test beside the source may use test/support. A story that needs dev, demo or examples belongs in test/integration or test/e2e.",
      severity: "error",
      from: { path: "^src/.*\\.test\\.ts$" },
      to: { path: "^(?:dev|demo|examples|test/(?!support/))" },
    },
    {
      name: "no-test-in-source",
      comment: "Nothing but the test runner loads a test file. What two tests share belongs in test/support.",
      severity: "error",
      from: {},
      to: { path: "^[^.].*\\.test\\.ts$" },
    },
    {
      name: "no-dev-package-in-source",
      comment:
        "src runs where devDependencies are not installed. List the package under dependencies and in docs/dependencies.md, or do without it.",
      severity: "error",
      from: { path: "^src/", pathNot: TEST },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"], pathNot: "node_modules/@types/" },
    },
    {
      name: "examples-use-the-public-door",
      comment: "An example shows what a user can write: it imports the published entry, src/processor/index.ts or the package by its name.",
      severity: "error",
      from: { path: "^examples/", pathNot: TEST },
      to: { path: "^(?:src/(?!processor/index\\.ts$)|dev/|test/|demo/)" },
    },
    {
      name: "dev-below-demo-and-test",
      comment: "dev is what demo and test are built with, so it imports neither. Move the shared part into dev.",
      severity: "error",
      from: { path: "^dev/", pathNot: TEST },
      to: { path: "^(?:demo|test)/" },
    },
    {
      name: "no-cycle",
      comment: "Two files that import each other are one file, or hide a third: move what both need into a file of its own.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-orphan",
      comment: "Nothing imports this file and it imports nothing: delete it, or import it from where it is needed.",
      severity: "error",
      from: { orphan: true, pathNot: `${TEST}|\\.config\\.ts$|\\.d\\.ts$|\\.mjs$|(?:^|/)main\\.ts$|^dev/[^/]+\\.ts$|^examples/` },
      to: {},
    },
    {
      name: "no-unresolvable",
      comment: "The import leads nowhere: spell the path with its .ts extension, or list the package in package.json.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(?:^|/)(?:dist|coverage)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".mts", ".mjs", ".js", ".json"],
    },
  },
};

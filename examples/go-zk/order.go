// The order of lock nodes, as Apache Curator's InterProcessReadWriteLock has it. Their names' text is compared, not the number in it.

package main

import "strings"

// lastWriterBefore answers the child for which a reader gives way: when it has gone, all writers before the reader have.
func lastWriterBefore(node string, children []string) string {
	last, own := "", sortKey(node)
	for _, child := range children {
		if strings.Contains(child, "__WRIT__") && sortKey(child) < own && (last == "" || sortKey(last) < sortKey(child)) {
			last = child
		}
	}
	return last
}

// sortKey: what stands after the marker, as Curator compares it: as text.
func sortKey(name string) string {
	for _, marker := range []string{"__READ__", "__WRIT__"} {
		if at := strings.LastIndex(name, marker); at >= 0 {
			name = name[at+len(marker):]
		}
	}
	return name
}

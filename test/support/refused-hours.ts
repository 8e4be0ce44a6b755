// Windows that break one of the rules of paths with braces, and of hours.

export const refusedHours = [
  {
    name: "a word in braces that stands for nothing",
    changes: { spec: { locks: [{ path: "/a/{day}" }] } },
    field: "spec.locks[0].path",
    says: "date, hour, yyyy, MM or dd",
  },
  {
    name: "a brace that is not closed, in a signal",
    changes: { spec: { locks: [{ path: "/a", signalPath: "/{date" }] } },
    field: "spec.locks[0].signalPath",
    says: "date, hour, yyyy, MM or dd",
  },
  {
    name: "hours that end before they begin",
    changes: { spec: { locks: [{ path: "/a/{date}/{hour}", hours: { from: 0, to: -24 } }] } },
    field: "spec.locks[0].hours",
    says: "end after they begin",
  },
  {
    name: "more hours than one transaction takes",
    changes: { spec: { locks: [{ path: "/a/{date}/{hour}", hours: { from: -257, to: 0 } }] } },
    field: "spec.locks[0].hours",
    says: "256 at most",
  },
  {
    name: "hours that the path does not name",
    changes: { spec: { locks: [{ path: "/a/{date}", hours: { from: -24, to: 0 } }] } },
    field: "spec.locks[0].path",
    says: "one lock",
  },
  {
    name: "hours of days that the path does not name",
    changes: { spec: { locks: [{ path: "/a/{MM}{dd}/{hour}", hours: { from: -24, to: 0 } }] } },
    field: "spec.locks[0].path",
    says: "one lock",
  },
  {
    name: "participants of the locks of an hour",
    changes: { spec: { requireParticipants: true, locks: [{ path: "/a/{hour}" }] } },
    field: "spec.requireParticipants",
    says: "whose path has no braces",
  },
];

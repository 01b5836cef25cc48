package core

import "strings"

// Relation is what an actor is to the thing an action is about. The list is
// closed; policies/relations.csv defines each in a line.
type Relation uint8

// The relations, in the order of policies/relations.csv.
const (
	Any Relation = iota
	Own
	Team
	Crew
	Published
	Draft
	Self
	Assigned
	Curating
	relations
)

var relationNames = [relations]string{"any", "own", "team", "crew", "published", "draft", "self", "assigned", "curating"}

// String returns the relation's name in the policy files.
func (r Relation) String() string { return relationNames[r] }

// Relations is a set of relations.
type Relations uint16

// RelationSet returns the set of these relations.
func RelationSet(rs ...Relation) Relations {
	var set Relations
	for _, r := range rs {
		set |= 1 << r
	}
	return set
}

// ParseRelations reads a set as the policy files write it: "own+draft".
// It returns false if a name is unknown.
func ParseRelations(s string) (Relations, bool) {
	var set Relations
names:
	for name := range strings.SplitSeq(s, "+") {
		for r, known := range relationNames {
			if name == known {
				set |= 1 << Relation(r)
				continue names
			}
		}
		return 0, false
	}
	return set, true
}

// Has reports whether r is in the set.
func (s Relations) Has(r Relation) bool { return s&(1<<r) != 0 }

// String writes the set as ParseRelations reads it.
func (s Relations) String() string {
	var names []string
	for r, name := range relationNames {
		if s.Has(Relation(r)) {
			names = append(names, name)
		}
	}
	return strings.Join(names, "+")
}

// When is the answer to "under which relations may these roles do this?": the
// minimal sets of relations, any one of which suffices. The empty When means
// never; a When that holds the set {any} means always.
type When []Relations

// Never reports whether no relation suffices.
func (w When) Never() bool { return len(w) == 0 }

// Always reports whether no relation is needed.
func (w When) Always() bool { return w.Allows(0) }

// Allows reports whether the facts, the relations that were found to be true,
// suffice. Any is always a fact.
func (w When) Allows(facts Relations) bool {
	facts |= 1 << Any
	for _, set := range w {
		if set&^facts == 0 {
			return true
		}
	}
	return false
}

// Or returns the minimal sets of either answer.
func (w When) Or(other When) When {
	var out When
	all := append(append(When{}, w...), other...)
	for i, set := range all {
		minimal := true
		for j, smaller := range all {
			if smaller&^set == 0 && (smaller != set || j < i) {
				minimal = false
				break
			}
		}
		if minimal {
			out = append(out, set)
		}
	}
	return out
}

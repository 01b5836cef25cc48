package communes

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/labfilms/labfilms/core/text"
)

// named is a commune under one of the names by which it is looked for.
type named struct {
	key string
	at  int32 // in table
}

// names are the keys of all communes, in order. "Le Conquet" is there twice:
// as itself and without the article.
var names = sync.OnceValue(func() []named {
	all := make([]named, 0, 48_000)
	rows := table().rows
	for i := range rows {
		key := nameKey(rows[i].name())
		all = append(all, named{key, int32(i)})
		for _, article := range []string{"le-", "la-", "les-", "l-"} {
			if bare, ok := strings.CutPrefix(key, article); ok {
				all = append(all, named{bare, int32(i)})
			}
		}
	}
	slices.SortFunc(all, inOrder)
	return all
})

// nameKey is a name without accents, case and hyphens, "St" written out.
func nameKey(name string) string {
	words := strings.Split(text.Slug(name), "-")
	for i, word := range words {
		switch word {
		case "st":
			words[i] = "saint"
		case "ste":
			words[i] = "sainte"
		}
	}
	return strings.Join(words, "-")
}

// Named returns communes whose name begins like this, as it is typed: at most
// limit, of one department unless that is empty. Those of today come first, then
// those that are part of another, each by name; never by size.
func Named(prefix, department string, limit int) []Commune {
	all := table()
	var today, part []Commune
	seen := map[int32]bool{}
	for _, n := range beginning(prefix) {
		if len(today) >= limit {
			break
		}
		c := all.at(int(n.at))
		switch {
		case seen[n.at] || department != "" && c.Department != department:
			continue
		case c.Kind == KindCurrent:
			today = append(today, c)
		case len(part) < limit:
			part = append(part, c)
		}
		seen[n.at] = true
	}
	found := append(today, part...)
	return found[:max(0, min(limit, len(found)))]
}

// beginning returns the names that begin with what was typed, in order.
func beginning(prefix string) []named {
	key := nameKey(prefix)
	found := under(key)
	// "st" may be Saint, or Strasbourg not yet written out.
	if typed := text.Slug(prefix); typed != key {
		if others := under(typed); len(others) > 0 {
			found = append(slices.Clone(found), others...)
			slices.SortFunc(found, inOrder)
		}
	}
	return found
}

// under returns the names whose key begins with this one.
func under(key string) []named {
	index := names()
	from, _ := slices.BinarySearchFunc(index, key, func(n named, key string) int { return cmp.Compare(n.key, key) })
	rest := index[from:]
	to := sort.Search(len(rest), func(i int) bool { return !strings.HasPrefix(rest[i].key, key) })
	return rest[:to]
}

func inOrder(a, b named) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.at, b.at)) }

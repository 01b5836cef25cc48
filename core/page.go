package core

// Page is the part of a list that is asked for.
type Page struct {
	Sort  string // a key of the list's allow-list, "-" in front for descending
	Limit int    // 1 to 100
	After *Key   // where the page before ended; nil for the first
	Count bool   // also count the whole list
}

// Key is where a page ended: the sort value and the id of its last item. Every
// order ends in the id, so that no two items stand at the same place.
type Key struct {
	Value string // as the sort's column writes it; times in RFC 3339 with nanoseconds
	ID    string
}

// List is one page of a list.
type List[T any] struct {
	Items []T
	Next  *Key // nil: this was the last page
	Total *int // nil unless it was asked for
}

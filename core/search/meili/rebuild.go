package meili

import (
	"context"
	"errors"

	"github.com/meilisearch/meilisearch-go"

	"github.com/labfilms/labfilms/core/search"
)

// ahead is how many puts are handed over before the first of them is waited
// for: the server takes those that wait in one go.
const ahead = 8

// rebuild is an index that is being built.
type rebuild struct {
	index *Index
	tasks []int64 // handed over and not waited for
}

// Rebuild begins a new index. What an interrupted one left behind is deleted.
func (i *Index) Rebuild(ctx context.Context) (search.Rebuild, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.building != nil {
		return nil, errors.New("meili: a new index is being built already")
	}
	if err := i.delete(ctx); err != nil {
		return nil, err
	}
	if err := i.prepare(ctx, i.next); err != nil {
		return nil, err
	}
	i.building = &rebuild{index: i}
	return i.building, nil
}

// delete forgets the index that is being built, if there is one.
func (i *Index) delete(ctx context.Context) error {
	task, err := i.server.DeleteIndexWithContext(ctx, i.next)
	if err != nil {
		return fault(err)
	}
	return i.wait(ctx, task.TaskUID)
}

// Put keeps these documents in the new index alone. Whether the last of them
// could be kept is known when Done has returned.
func (r *rebuild) Put(ctx context.Context, docs ...search.Document) error {
	if len(docs) == 0 {
		return nil
	}
	rows := make([]row, len(docs))
	for n, d := range docs {
		rows[n] = rowOf(d)
	}
	r.index.mu.Lock()
	defer r.index.mu.Unlock()
	if r.index.building != r {
		return errors.New("meili: the new index has been ended")
	}
	task, err := r.index.server.Index(r.index.next).AddDocumentsWithContext(ctx, rows, primary())
	if err != nil {
		return fault(err)
	}
	if r.tasks = append(r.tasks, task.TaskUID); len(r.tasks) < ahead {
		return nil
	}
	first := r.tasks[0]
	r.tasks = r.tasks[1:]
	return r.index.wait(ctx, first)
}

// Done makes the new index the one that answers.
func (r *rebuild) Done(ctx context.Context) error {
	i := r.index
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.building != r {
		return errors.New("meili: the new index has been ended")
	}
	// Both have to be there to change places.
	if err := i.prepare(ctx, i.uid); err != nil {
		return err
	}
	put, err := i.server.Index(i.next).AddDocumentsWithContext(ctx, []mark{{Key: markKey, Settings: fingerprint()}}, primary())
	if err != nil {
		return fault(err)
	}
	if err := i.wait(ctx, append(r.tasks, put.TaskUID)...); err != nil {
		return err
	}
	r.tasks = nil
	swap, err := i.server.SwapIndexesWithContext(ctx, []*meilisearch.SwapIndexesParams{{Indexes: []string{i.uid, i.next}}})
	if err != nil {
		return fault(err)
	}
	if err := i.wait(ctx, swap.TaskUID); err != nil {
		return err
	}
	i.building = nil
	return i.delete(ctx)
}

// Abandon forgets the new index.
func (r *rebuild) Abandon(ctx context.Context) error {
	r.index.mu.Lock()
	defer r.index.mu.Unlock()
	if r.index.building != r {
		return nil
	}
	r.index.building = nil
	return r.index.delete(ctx)
}

// Forget deletes the index, and the one that is being built, from the server.
func (i *Index) Forget(ctx context.Context) error {
	for _, uid := range []string{i.uid, i.next} {
		task, err := i.server.DeleteIndexWithContext(ctx, uid)
		if err != nil {
			return fault(err)
		}
		if err := i.wait(ctx, task.TaskUID); err != nil {
			return err
		}
	}
	return nil
}

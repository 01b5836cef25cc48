package meili

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/meilisearch/meilisearch-go"

	"github.com/labfilms/labfilms/core/search"
)

// How often is asked whether a task has ended: soon at first.
const (
	soonest = 2 * time.Millisecond
	latest  = 250 * time.Millisecond
)

// wait returns when these tasks have ended, and the error of the first that
// failed. What names an index that is not there has nothing to do, and one that
// is made twice is there.
func (i *Index) wait(ctx context.Context, tasks ...int64) error {
	var failed error
	for _, uid := range tasks {
		task, err := i.ended(ctx, uid)
		if err != nil {
			return err
		}
		switch {
		case task.Status == meilisearch.TaskStatusSucceeded:
		case task.Error.Code == "index_not_found", task.Error.Code == "index_already_exists":
		case failed == nil:
			failed = fmt.Errorf("meili: task %d, %s: %s: %s", uid, task.Type, task.Error.Code, task.Error.Message)
		}
	}
	return failed
}

func (i *Index) ended(ctx context.Context, uid int64) (*meilisearch.Task, error) {
	for pause := soonest; ; pause = min(pause*3/2, latest) {
		task, err := i.server.GetTaskWithContext(ctx, uid)
		if err != nil {
			return nil, fault(err)
		}
		switch task.Status {
		case meilisearch.TaskStatusSucceeded, meilisearch.TaskStatusFailed, meilisearch.TaskStatusCanceled:
			return task, nil
		default:
		}
		select {
		case <-ctx.Done():
			return nil, search.ErrUnavailable.Because(ctx.Err())
		case <-time.After(pause):
		}
	}
}

// fault returns ErrUnavailable for a server that cannot be reached, that is in
// trouble, or that does not take our key, and other errors as they are.
func fault(err error) error {
	var e *meilisearch.Error
	if errors.As(err, &e) && e.StatusCode >= 400 && e.StatusCode < 500 &&
		e.StatusCode != 401 && e.StatusCode != 403 && e.StatusCode != 408 && e.StatusCode != 429 {
		return fmt.Errorf("meili: %s: %s", e.MeilisearchApiError.Code, e.MeilisearchApiError.Message)
	}
	return search.ErrUnavailable.Because(err)
}

// isUnknown reports whether the index, or the document, is not there.
func isUnknown(err error) bool {
	var e *meilisearch.Error
	return errors.As(err, &e) && (e.MeilisearchApiError.Code == "index_not_found" || e.MeilisearchApiError.Code == "document_not_found")
}

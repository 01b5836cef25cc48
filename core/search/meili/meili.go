// Package meili keeps the index of search in a Meilisearch, for platforms of
// several nodes and for those that have one already.
//
// All kinds are in one index of it, whose uid is the prefix of the options; the
// one that is being built is beside it, with "-next" behind, and takes its place
// in one step. A document that is no hit, the mark, is the last thing that is
// put into a new index: without it, and after the disk was lost, the index is
// not whole.
package meili

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/meilisearch/meilisearch-go"

	"github.com/labfilms/labfilms/core/search"
)

// How long a request may take: a question that somebody waits for, and any
// other.
const (
	forFind = 2 * time.Second
	forCall = 30 * time.Second
)

// page is how many documents are read at a time.
const page = 1000

// Options say which Meilisearch is used.
type Options struct {
	URL    string // http://127.0.0.1:7700
	Key    string // its master key, or one that may do everything with the two indexes and with tasks
	Prefix string // the uid of the index
}

// Index is a search.Index in a Meilisearch.
type Index struct {
	server meilisearch.ServiceManager
	http   *http.Client
	uid    string
	next   string

	// What is put is handed over under it, and so is the step that makes the
	// new index the one that answers: the server works in that order.
	mu       sync.Mutex
	building *rebuild
}

var _ search.Index = (*Index)(nil)

// Open returns the index. It does not ask the server for anything: one that is
// down answers later.
func Open(_ context.Context, o Options) (*Index, error) {
	if o.URL == "" || o.Prefix == "" {
		return nil, errors.New("meili: the address of the server and the name of the index are required")
	}
	client := &http.Client{
		// A compressed answer comes in pieces, each of which waits for the one
		// before to be acknowledged: 40 ms, where the whole takes one.
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableCompression: true, MaxIdleConnsPerHost: 32, IdleConnTimeout: time.Minute},
		Timeout:   forCall,
	}
	return &Index{
		server: meilisearch.New(o.URL, meilisearch.WithAPIKey(o.Key), meilisearch.WithCustomClient(client), meilisearch.DisableRetries()),
		http:   client,
		uid:    o.Prefix,
		next:   o.Prefix + "-next",
	}, nil
}

// Close lets go of the connections.
func (i *Index) Close() error {
	i.http.CloseIdleConnections()
	return nil
}

// Put keeps these documents, each in place of the one with its key.
func (i *Index) Put(ctx context.Context, docs ...search.Document) error {
	if len(docs) == 0 {
		return nil
	}
	rows := make([]row, len(docs))
	for n, d := range docs {
		rows[n] = rowOf(d)
	}
	return i.change(ctx, func(uid string) (*meilisearch.TaskInfo, error) {
		return i.server.Index(uid).AddDocumentsWithContext(ctx, rows, primary())
	})
}

// Drop forgets the documents with these keys.
func (i *Index) Drop(ctx context.Context, keys ...search.Key) error {
	if len(keys) == 0 {
		return nil
	}
	ids := make([]string, len(keys))
	for n, k := range keys {
		ids[n] = idOf(k)
	}
	return i.change(ctx, func(uid string) (*meilisearch.TaskInfo, error) {
		return i.server.Index(uid).DeleteDocumentsWithContext(ctx, ids, nil)
	})
}

// change hands a change over for the index that answers, and for the one that
// is being built, and waits until both are made.
func (i *Index) change(ctx context.Context, hand func(uid string) (*meilisearch.TaskInfo, error)) error {
	tasks, err := i.handOver(ctx, hand)
	if err != nil {
		return err
	}
	return i.wait(ctx, tasks...)
}

func (i *Index) handOver(ctx context.Context, hand func(uid string) (*meilisearch.TaskInfo, error)) ([]int64, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	// A server that lost its disk would make an index without our settings.
	if err := i.prepare(ctx, i.uid); err != nil {
		return nil, err
	}
	uids := []string{i.uid}
	if i.building != nil {
		uids = append(uids, i.next)
	}
	tasks := make([]int64, len(uids))
	for n, uid := range uids {
		task, err := hand(uid)
		if err != nil {
			return nil, fault(err)
		}
		tasks[n] = task.TaskUID
	}
	return tasks, nil
}

// prepare makes the index with our settings, unless it is there.
func (i *Index) prepare(ctx context.Context, uid string) error {
	_, err := i.server.Index(uid).FetchInfoWithContext(ctx)
	if err == nil {
		return nil
	}
	if !isUnknown(err) {
		return fault(err)
	}
	made, err := i.server.CreateIndexWithContext(ctx, &meilisearch.IndexConfig{Uid: uid, PrimaryKey: key})
	if err != nil {
		return fault(err)
	}
	set, err := i.server.Index(uid).UpdateSettingsWithContext(ctx, settings())
	if err != nil {
		return fault(err)
	}
	return i.wait(ctx, made.TaskUID, set.TaskUID)
}

// All calls each with the key and the stamp of every document.
func (i *Index) All(ctx context.Context, each func(k search.Key, stamp string) error) error {
	for offset := int64(0); ; offset += page {
		rows, err := i.rows(ctx, &meilisearch.DocumentsQuery{Offset: offset, Limit: page})
		if err != nil {
			return err
		}
		for _, r := range rows {
			if r.Kind == "" {
				continue // the mark
			}
			if err := each(search.Key{Kind: r.Kind, ID: r.ID}, r.Stamp); err != nil {
				return err
			}
		}
		if len(rows) < page {
			return nil
		}
	}
}

// Stamps returns the stamps of these documents.
func (i *Index) Stamps(ctx context.Context, keys ...search.Key) (map[search.Key]string, error) {
	stamps := make(map[search.Key]string, len(keys))
	for some := range slices.Chunk(keys, page) {
		q := meilisearch.DocumentsQuery{Limit: page}
		for _, k := range some {
			q.Ids = append(q.Ids, idOf(k))
		}
		rows, err := i.rows(ctx, &q)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			stamps[search.Key{Kind: r.Kind, ID: r.ID}] = r.Stamp
		}
	}
	return stamps, nil
}

// rows reads the keys and the stamps of documents.
func (i *Index) rows(ctx context.Context, q *meilisearch.DocumentsQuery) ([]row, error) {
	q.Fields = []string{"kind", "id", "stamp"}
	var found meilisearch.DocumentsResult
	err := i.server.Index(i.uid).GetDocumentsWithContext(ctx, q, &found)
	if isUnknown(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fault(err)
	}
	rows := make([]row, len(found.Results))
	if err := found.Results.DecodeInto(&rows); err != nil {
		return nil, fmt.Errorf("meili: %w", err)
	}
	return rows, nil
}

// Whole reports whether the mark is there, and of these settings.
func (i *Index) Whole(ctx context.Context) (bool, error) {
	var found mark
	err := i.server.Index(i.uid).GetDocumentWithContext(ctx, markKey, nil, &found)
	if isUnknown(err) {
		return false, nil
	}
	if err != nil {
		return false, fault(err)
	}
	return found.Settings == fingerprint(), nil
}

func primary() *meilisearch.DocumentOptions {
	name := key
	return &meilisearch.DocumentOptions{PrimaryKey: &name}
}

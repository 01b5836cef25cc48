package rest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labfilms/labfilms/core/rest"
)

const benchBody = `{"title":"Cléo","count":3,"tags":["a","b"],"cast":[{"name":"Corinne"},{"name":"Antoine"}]}`

// raw is what the API does, without the conventions.
func raw() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /items", func(w http.ResponseWriter, r *http.Request) {
		var i item
		_ = json.NewDecoder(r.Body).Decode(&i)
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(i)
	})
	mux.HandleFunc("GET /items/{id}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(item{Title: r.PathValue("id"), Count: 5})
	})
	return mux
}

func benchmark(b *testing.B, h http.Handler, method, target, body string) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest(method, target, strings.NewReader(body))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(w.Code, w.Body)
		}
	}
}

func BenchmarkGet(b *testing.B) {
	b.Run("raw", func(b *testing.B) { benchmark(b, raw(), http.MethodGet, "/items/7", "") })
	b.Run("api", func(b *testing.B) { benchmark(b, echoes(), http.MethodGet, "/items/7", "") })
}

func BenchmarkPost(b *testing.B) {
	b.Run("raw", func(b *testing.B) { benchmark(b, raw(), http.MethodPost, "/items", benchBody) })
	b.Run("api", func(b *testing.B) { benchmark(b, echoes(), http.MethodPost, "/items", benchBody) })
}

func BenchmarkCheckJSON(b *testing.B) {
	body := []byte("[" + strings.Repeat(benchBody+",", 10000) + benchBody + "]")
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if err := rest.CheckJSON(body); err != nil {
			b.Fatal(err)
		}
	}
}

package meili_test

import (
	"fmt"
	"testing"

	"github.com/labfilms/labfilms/core/search/searchtest"
)

func BenchmarkTyping(b *testing.B) {
	for _, each := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(2*each), func(b *testing.B) { searchtest.Typing(b, open(b), each) })
	}
}

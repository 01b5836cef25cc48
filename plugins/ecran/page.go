package ecran

import (
	"context"

	"github.com/labfilms/labfilms/plugins/sdk"
)

// countIf counts the whole of a list if that was asked for.
func countIf(ctx context.Context, page sdk.Page, list interface {
	Count(ctx context.Context) (int, error)
},
) (*int, error) {
	if !page.Count {
		return nil, nil
	}
	n, err := list.Count(ctx)
	return &n, err
}

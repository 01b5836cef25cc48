package sdk

import (
	"context"
	"time"
)

// Now returns the time, in UTC and cut to microseconds as the database keeps
// it. Tests set this clock; no request can. It panics outside of a request, an
// event and Provision, where there is no module to ask.
func Now(ctx context.Context) time.Time { return instanceFrom(ctx).host.DB.Now() }

package policies_test

import (
	"testing"

	"github.com/labfilms/labfilms/policies"
)

func TestTheMatrixReadsWell(t *testing.T) {
	t.Parallel()
	got := policies.Matrix(load(t), []policies.Operation{
		{ID: "sign-in", Method: "POST", Path: "/v1/auth/sign-in", Public: true},
		{ID: "make-film", Method: "POST", Path: "/v1/films", Permission: "film.create"},
		{ID: "burn-film", Method: "POST", Path: "/v1/films/{film}/burn", Permission: "film.burn"},
		{ID: "delete-film", Method: "DELETE", Path: "/v1/films/{film}", Permission: "film.delete"},
		{ID: "read-film", Method: "GET", Path: "/v1/films/{film}", Permission: "film.read"},
	})
	want := `# Every operation, every role, and the relations that the role needs to the thing.
# "any" is always, "-" is never; + joins what must hold together, | is or.
# suspended: a platform_admin who is suspended.

POST /v1/auth/sign-in  public  (sign-in)

POST /v1/films  film.create  (make-film)
    visitor         -
    member          -
    creator         any
    producer        any
    curator         -
    organiser       -
    provider        -
    institution     -
    moderator       -
    region_admin    any
    platform_admin  any
    suspended       -

DELETE /v1/films/{film}  film.delete  (delete-film)
    visitor         -
    member          -
    creator         own+draft
    producer        own+draft
    curator         own+draft
    organiser       -
    provider        -
    institution     own+draft
    moderator       -
    region_admin    own+draft
    platform_admin  own+draft
    suspended       -

GET /v1/films/{film}  film.read  (read-film)
    visitor         own | team | crew | published
    member          own | team | crew | published
    creator         own | team | crew | published
    producer        own | team | crew | published
    curator         own | team | crew | published
    organiser       own | team | crew | published
    provider        own | team | crew | published
    institution     own | team | crew | published
    moderator       any
    region_admin    any
    platform_admin  any
    suspended       any

POST /v1/films/{film}/burn  film.burn  (burn-film)
    visitor         -
    member          -
    creator         -
    producer        -
    curator         -
    organiser       -
    provider        -
    institution     -
    moderator       -
    region_admin    -
    platform_admin  -
    suspended       -
`
	if string(got) != want {
		t.Errorf("the matrix is\n%s", got)
	}
}

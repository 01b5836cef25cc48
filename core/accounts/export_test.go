package accounts

import "github.com/alexedwards/argon2id"

// Production is the hardness of passwords outside of the tests.
var Production = *hardness

// The tests hash some thousand passwords, under the race detector too: not as
// hard as is right for one.
func init() {
	hardness = &argon2id.Params{Memory: 1 << 10, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

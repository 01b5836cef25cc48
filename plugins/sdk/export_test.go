package sdk

// Policy is policy, for tests.
type Policy struct{ policy *policy }

// NewPolicy returns a policy.
func NewPolicy(table map[Role]map[string]When) Policy { return Policy{newPolicy(1, table)} }

// Actor returns the actor under the policy.
func (p Policy) Actor(a Actor) *Actor {
	a.policy = p.policy
	return &a
}

package spaces

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"slices"

	"github.com/labfilms/labfilms/core"
	"github.com/labfilms/labfilms/core/audit"
	"github.com/labfilms/labfilms/core/db"
	"github.com/labfilms/labfilms/core/text"
	"github.com/labfilms/labfilms/ent"
	"github.com/labfilms/labfilms/ent/predicate"
	"github.com/labfilms/labfilms/ent/space"
	"github.com/labfilms/labfilms/ent/spacemodule"
)

// State is how a module is switched in a space.
type State string

// The states. Off is as if the module were not there; ReadOnly admits reading;
// Closing admits reading, and what brings open affairs to their end.
const (
	Off      State = "off"
	On       State = "on"
	ReadOnly State = "read_only"
	Closing  State = "closing"
)

// byDefault is how an installed module is switched where neither the space nor
// any above it has said: whoever installs a module wants it, and switches it
// off where it is not wanted.
const byDefault = On

// settingsMax is the most bytes of a module's settings in a space.
const settingsMax = 64 << 10

// ModuleState is a module in a space, as it takes effect there.
type ModuleState struct {
	Module    string
	State     State
	Inherited bool            // neither state nor settings are the space's own
	Settings  json.RawMessage // nil where the module's defaults hold
}

// Modules returns the modules with these names as they take effect in the
// space, in the order of the names: action module.read. It takes one query,
// and answers with what was true when it was asked: nothing is remembered
// between two requests.
func (s *Spaces) Modules(ctx context.Context, at *ent.Space, names []string) ([]ModuleState, error) {
	if err := s.gate.Check(ctx, "module.read", at.Path, 0); err != nil {
		return nil, err
	}
	return s.effective(ctx, at, names)
}

// Module returns one module as Modules does.
func (s *Spaces) Module(ctx context.Context, at *ent.Space, name string) (ModuleState, error) {
	states, err := s.Modules(ctx, at, []string{name})
	if err != nil {
		return ModuleState{}, err
	}
	return states[0], nil
}

// Effective returns how the module is switched in the space: by the space
// itself, else by its parent, else by the network, else on. It asks for no
// permission: it decides whether there is anything to permit.
func (s *Spaces) Effective(ctx context.Context, at *ent.Space, module string) (State, error) {
	states, err := s.effective(ctx, at, []string{module})
	if err != nil {
		return "", err
	}
	return states[0].State, nil
}

func (s *Spaces) effective(ctx context.Context, at *ent.Space, names []string) ([]ModuleState, error) {
	rows, err := s.store.From(ctx).SpaceModule.Query().
		Where(spacemodule.SpaceIDIn(branch(at)...), spacemodule.ModuleIn(names...)).
		All(ctx)
	if err != nil {
		return nil, err
	}
	states := make([]ModuleState, len(names))
	for i, name := range names {
		states[i] = ModuleState{Module: name, State: byDefault, Inherited: true}
		for _, id := range branch(at) {
			if row := switchOf(rows, id, name); row != nil {
				states[i] = ModuleState{Module: name, State: State(row.State), Settings: row.Settings, Inherited: id != at.ID}
				break
			}
		}
	}
	return states, nil
}

// branch returns the ids of the space and of those above it, from below.
func branch(s *ent.Space) []string {
	ids := []string{s.ID, s.RegionID, s.NetworkID}
	return slices.Compact(slices.DeleteFunc(ids, func(id string) bool { return id == "" }))
}

func switchOf(rows []*ent.SpaceModule, space, module string) *ent.SpaceModule {
	i := slices.IndexFunc(rows, func(r *ent.SpaceModule) bool { return r.SpaceID == space && r.Module == module })
	if i < 0 {
		return nil
	}
	return rows[i]
}

// Off returns the ids of the spaces at and below the space in which the module
// is off, for the scope of a list. It asks for no permission, as Effective.
func (s *Spaces) Off(ctx context.Context, at *ent.Space, module string) ([]string, error) {
	c := s.store.From(ctx)
	rows, err := c.SpaceModule.Query().Where(spacemodule.Module(module)).All(ctx)
	if err != nil {
		return nil, err
	}
	var off []string // the spaces that switched it off themselves
	for _, row := range rows {
		if State(row.State) == Off {
			off = append(off, row.SpaceID)
		}
	}
	if len(off) == 0 {
		return nil, nil
	}
	affected, err := c.Space.Query().Where(
		below(at),
		space.Or(space.IDIn(off...), space.RegionIDIn(off...), space.NetworkIDIn(off...)),
	).All(ctx)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, space := range affected {
		for _, id := range branch(space) {
			if row := switchOf(rows, id, module); row != nil {
				if State(row.State) == Off {
					ids = append(ids, space.ID)
				}
				break
			}
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// below returns the predicate of the space and those below it.
func below(at *ent.Space) predicate.Space {
	switch at.Kind {
	case space.KindNetwork:
		return space.NetworkID(at.ID)
	case space.KindRegion:
		return space.RegionID(at.ID)
	default:
		return space.ID(at.ID)
	}
}

// Switch sets the module's state in the space, for it and for every space below
// that has not set its own: action module.switch. It takes effect on the next
// request. settings is a JSON object that the caller has found to be what the
// module's manifest describes; nil leaves the settings as they are. It returns
// [core.ErrInvalid] with the reasons.
//
// A switch that changes something is audited and is an event,
// space.module_switched.v1.
func (s *Spaces) Switch(ctx context.Context, at *ent.Space, module string, state State, settings json.RawMessage) error {
	if err := s.gate.Check(ctx, "module.switch", at.Path, 0); err != nil {
		return err
	}
	settings, err := checkSwitch(module, state, settings)
	if err != nil {
		return err
	}
	return s.store.Write(ctx, func(ctx context.Context, c *ent.Client) error {
		if err := s.lock(ctx, c, at.ID); err != nil {
			return err
		}
		now := s.store.DB().Now()
		row, err := c.SpaceModule.Query().Where(spacemodule.SpaceID(at.ID), spacemodule.Module(module)).Only(ctx)
		before := State("")
		switch {
		case ent.IsNotFound(err):
			create := c.SpaceModule.Create().
				SetSpaceID(at.ID).SetModule(module).SetState(spacemodule.State(state)).
				SetCreatedAt(now).SetUpdatedAt(now)
			if settings != nil {
				create.SetSettings(settings)
			}
			err = create.Exec(ctx)
		case err == nil:
			before = State(row.State)
			if before == state && (settings == nil || sameJSON(row.Settings, settings)) {
				return nil
			}
			update := row.Update().SetState(spacemodule.State(state)).SetUpdatedAt(now).AddVersion(1)
			if settings != nil {
				update.SetSettings(settings)
			}
			err = update.Exec(ctx)
		}
		if err != nil {
			return err
		}
		return s.switched(ctx, at, module, before, state, settings)
	})
}

// Switched is the data of space.module_switched.v1; its subject is the space.
type Switched struct {
	Module   string          `json:"module"`
	Before   State           `json:"before,omitempty"` // empty: what the space inherited
	State    State           `json:"state"`
	Settings json.RawMessage `json:"settings,omitempty"` // where they were given
}

func (s *Spaces) switched(ctx context.Context, at *ent.Space, module string, before, state State, settings json.RawMessage) error {
	data, err := json.Marshal(Switched{Module: module, Before: before, State: state, Settings: settings})
	if err != nil {
		return err
	}
	// What a module is set to may be a key to somewhere: the audit knows that it
	// was set, and the row what to.
	entry := audit.Entry{
		Action: "module.switch", Object: "space:" + at.ID, Place: Place(at),
		Data: struct {
			Module string `json:"module"`
			Before State  `json:"before,omitempty"`
			State  State  `json:"state"`
			Set    bool   `json:"settings_set,omitempty"`
		}{module, before, state, settings != nil},
	}
	if err := s.audit.Record(ctx, entry); err != nil {
		return err
	}
	return s.events.Record(ctx, core.Event{
		Type: "space.module_switched.v1", Subject: at.ID, Place: Place(at), Data: data,
	})
}

// lock makes changes of one space's switches, grants and settings wait for each
// other, so that what the transaction reads stays true until it commits.
func (s *Spaces) lock(ctx context.Context, c *ent.Client, id string) error {
	_, err := c.Space.Query().Where(space.ID(id), db.Alone).OnlyID(ctx)
	return err
}

func checkSwitch(module string, state State, settings json.RawMessage) (json.RawMessage, error) {
	var form text.Form
	if !core.ModuleName(module) {
		form.Refuse("path/module", "module", "It is no name of a module.", "Ce n'est pas un nom de module.")
	}
	if !slices.Contains([]State{Off, On, ReadOnly, Closing}, state) {
		form.Refuse("/state", "unknown", "A state is off, on, read_only or closing.", "Un état est off, on, read_only ou closing.")
	}
	if given := bytes.TrimSpace(settings); len(given) == 0 || string(given) == "null" {
		settings = nil
	}
	if settings != nil {
		var object map[string]any
		switch {
		case len(settings) > settingsMax:
			form.Refuse("/settings", "too_long", "Settings have at most 64 KiB.", "Les réglages font au plus 64 Kio.")
		case json.Unmarshal(settings, &object) != nil || bytes.Contains(settings, []byte(`\u0000`)):
			form.Refuse("/settings", "object", "Settings are a JSON object, without NUL.", "Les réglages sont un objet JSON, sans NUL.")
		}
	}
	return settings, form.Err()
}

// sameJSON reports whether two documents say the same: PostgreSQL keeps what
// a document says and not how it is written.
func sameJSON(a, b json.RawMessage) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

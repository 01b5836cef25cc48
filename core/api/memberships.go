package api

func (a *API) registerMemberships() {}

package api

func (a *API) registerOrganisations() {}

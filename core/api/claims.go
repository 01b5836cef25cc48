package api

func (a *API) registerClaims() {}

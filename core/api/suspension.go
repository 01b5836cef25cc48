package api

func (a *API) registerSuspension() {}

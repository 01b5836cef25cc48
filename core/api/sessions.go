package api

func (a *API) registerSessions() {}

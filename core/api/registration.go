package api

func (a *API) registerRegistration() {}

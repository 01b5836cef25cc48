package api

func (a *API) registerCredits() {}

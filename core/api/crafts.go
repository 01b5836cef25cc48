package api

func (a *API) registerCrafts() {}

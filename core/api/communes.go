package api

func (a *API) registerCommunes() {}

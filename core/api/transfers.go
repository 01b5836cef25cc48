package api

func (a *API) registerTransfers() {}

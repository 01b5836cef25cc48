package api

func (a *API) registerBusyPeriods() {}

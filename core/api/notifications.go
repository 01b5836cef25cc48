package api

func (a *API) registerNotifications() {}

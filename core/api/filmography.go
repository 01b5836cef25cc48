package api

func (a *API) registerFilmography() {}

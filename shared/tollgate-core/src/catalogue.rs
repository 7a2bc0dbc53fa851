//! The service catalogue: services, teams, objectives, calendars, waivers and callers, as data files.

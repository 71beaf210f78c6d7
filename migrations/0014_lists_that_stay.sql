-- A list that stays what it is while its feature leaves a scope is of the version before, too. Its rows are of now, and are seen
-- with that version as those that are past are; what is now is hidden with the feature, which every list is read by.
drop policy see on xiangtu.belt_villages;
drop policy see on xiangtu.station_towns;

create policy see on xiangtu.belt_villages for select using (
    starts_with(village_code, (select xiangtu.scope_to_see()))
    and (
        xiangtu.is_belt_within(belt_code, (select xiangtu.scope_to_see()))
        or exists (
            select from xiangtu.belts_history as v
            where v.code = belt_villages.belt_code and v.until_revision > belt_villages.revision
        )
    )
);
create policy see on xiangtu.station_towns for select using (
    starts_with(town_code, (select xiangtu.scope_to_see()))
    and (
        xiangtu.is_station_within(station_code, (select xiangtu.scope_to_see()))
        or exists (
            select from xiangtu.stations_history as v
            where v.code = station_towns.station_code and v.until_revision > station_towns.revision
        )
    )
);

---- create above / drop below ----

drop policy see on xiangtu.belt_villages;
drop policy see on xiangtu.station_towns;
create policy see on xiangtu.belt_villages for select using (
    starts_with(village_code, (select xiangtu.scope_to_see()))
    and xiangtu.is_belt_within(belt_code, (select xiangtu.scope_to_see()))
);
create policy see on xiangtu.station_towns for select using (
    starts_with(town_code, (select xiangtu.scope_to_see()))
    and xiangtu.is_station_within(station_code, (select xiangtu.scope_to_see()))
);

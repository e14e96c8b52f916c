-- Roles, database and extensions of Postgres main of the stack kaireon-pools, made by `plimsoll render`.
-- Once, on the primary, as a superuser: psql -X -v ON_ERROR_STOP=1 -f main-init.sql
-- Passwords come from the environment; what is there already is left as it is.

-- Instances and poolers log in as this role.
\unset password
\getenv password MAIN_PASSWORD
select format('create role app login password %L', :'password')
 where not exists (select from pg_roles where rolname = 'app') \gexec

-- Exporters: may look at statistics.
\unset password
\getenv password MAIN_MONITORING_PASSWORD
select format('create role plimsoll_monitoring login password %L', :'password')
 where not exists (select from pg_roles where rolname = 'plimsoll_monitoring') \gexec
grant pg_monitor to plimsoll_monitoring;

select 'create database "main" owner app'
 where not exists (select from pg_database where datname = 'main') \gexec
\connect "main"
create extension if not exists pg_stat_statements;

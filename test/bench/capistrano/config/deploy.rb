# The example application by Capistrano, with nothing that can be left out: dependencies are installed only when their list has
# changed, and all that Django needs is one command. The repository lies on the host itself, so fetching it costs no second network.
set :application, 'notes'
set :repo_url, ENV.fetch('BENCH_REPOSITORY')
set :branch, 'main'
set :deploy_to, ENV.fetch('BENCH_DEPLOY_TO')
set :keep_releases, 5
append :linked_files, '.env', 'db.sqlite3'
append :linked_dirs, 'media', '.venv'

namespace :django do
  task :prepare do
    on roles(:app) do
      execute [
        "cd #{release_path}",
        '{ cmp -s requirements.txt .venv/installed || { .venv/bin/pip install -q -r requirements.txt && cp requirements.txt .venv/installed; }; }',
        'set -a', '. ./.env', 'set +a',
        '.venv/bin/python manage.py collectstatic --noinput'
      ].join(' && ')
    end
  end

  task :restart do
    on roles(:app) do
      execute "supervisorctl -c #{shared_path}/supervisord.conf restart web"
    end
  end
end

after 'deploy:updated', 'django:prepare'
after 'deploy:publishing', 'django:restart'

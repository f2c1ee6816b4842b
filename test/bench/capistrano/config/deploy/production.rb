server '127.0.0.1',
       user: ENV.fetch('BENCH_USER'),
       port: ENV.fetch('BENCH_PORT').to_i,
       roles: %w[app],
       ssh_options: {
         config: false,
         keys: [ENV.fetch('BENCH_KEY')],
         keys_only: true,
         auth_methods: %w[publickey],
         verify_host_key: :always,
         user_known_hosts_file: ENV.fetch('BENCH_KNOWN_HOSTS')
       }

# uv.sh: where uv is. Its text is put in front of programs that need it.

uv_path() { # prints the path of the host's uv: on the PATH, or where its installer and pipx put it. Returns 1: there is none
  (
    PATH=$PATH:${HOME:-}/.local/bin
    command -v uv
  )
}

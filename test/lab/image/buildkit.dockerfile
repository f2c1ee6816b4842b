COPY buildkitd buildctl runc buildkit.sh /usr/bin/
COPY libseccomp.so.2 /usr/lib/buildkit/
ENV LD_LIBRARY_PATH=/usr/lib/buildkit
ENTRYPOINT ["buildkit.sh"]

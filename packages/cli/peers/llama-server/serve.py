"""llama.cpp's server (from the package xllamacpp) on a free port, until standard input ends: serve.py GGUF"""

import sys

import xllamacpp

params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.port = 0
params.n_ctx = 2048
params.n_gpu_layers = 0
params.n_parallel = 1
params.cpuparams.n_threads = 2
params.ui = False
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()

# The verbs of the course. Each sets up .venv if need be, then runs; `make lab` is where to begin.
# Without make: python3 setup_course.py VERB (Windows: py setup_course.py VERB).
#   make lab LESSON=01        opens that lesson
#   make mark LESSON=01       marks your notebook
#   make reset LESSON=01      starts it again; your version is kept
#   make update               puts your answers into the lessons of a newer release
#   make check                looks at the code: style, types, layers, the library's laws; a minute
#   make test ARGS="-k blur"  runs all tests; the arguments go to pytest
#   make slides LESSON=workshop    makes that deck; make dist makes all that is handed out
#   make train ARGS="--share 0.1 --minutes 60 --resume"   trains a generator; make data rebuilds data/

PYTHON := $(shell command -v python3 || command -v python || command -v python3.14 || \
	command -v python3.13 || command -v python3.12 || command -v python3.11)

check: FLAG := --code

.PHONY: help lab test build check data doctor mark reset update train slides site dist bench

help:
	@sed -n '/^#/s/^# \{0,1\}//p' Makefile

lab test build check data doctor mark reset update train slides site dist bench:
	@test -n "$(PYTHON)" || { echo "No python3 found. Install Python 3.11 to 3.14 (64-bit);" \
		"on Debian and Ubuntu: sudo apt install python3 python3-venv"; exit 1; }
	@"$(PYTHON)" setup_course.py $@ $(FLAG) $(LESSON) $(ARGS)

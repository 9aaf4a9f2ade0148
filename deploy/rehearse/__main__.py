from .rehearsal import main

main()

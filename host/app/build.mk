progs += phonebook
prog.phonebook.srcs := host/app/main.c host/app/phonebook.c host/app/link.c
prog.phonebook.libs := app core wire crypto base

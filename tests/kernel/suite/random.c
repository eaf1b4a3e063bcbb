#include "tests/kernel/suite/suite.h"
void group_random(void){}

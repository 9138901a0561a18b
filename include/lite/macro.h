/**
 * lite/macro.h: LITE_API marks what a program that links to the library may use.
 */
#ifndef LITE_MACRO_H
#define LITE_MACRO_H

#if defined(_WIN32)
#define LITE_API __declspec(dllexport)
#else
#define LITE_API __attribute__((visibility("default")))
#endif

#endif

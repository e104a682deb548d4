using System.Diagnostics;

namespace Granary.Memory.Tests.Shared;

/// <summary>The C program of these tests, compiled once by the machine's compiler.</summary>
internal static class CProgram
{
    private static readonly Lazy<(string? Path, string Error)> Compiled = new(Compile);

    /// <summary>Its path; the test is skipped where no compiler is installed.</summary>
    public static string Path()
    {
        Assert.SkipUnless(Compiler() is not null, "no C compiler (cc, gcc or clang) on PATH");
        Assert.True(Compiled.Value.Path is not null, Compiled.Value.Error);
        return Compiled.Value.Path!;
    }

    private static string? Compiler() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .SelectMany(directory => new[] { "cc", "gcc", "clang" }.Select(name => System.IO.Path.Combine(directory, name))).FirstOrDefault(File.Exists);

    private static (string?, string) Compile()
    {
        var sources = System.IO.Path.Combine(AppContext.BaseDirectory, "c");
        var program = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"granary-shm-{Environment.ProcessId}-{Guid.NewGuid():N}");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(program);
        using var compiler = Process.Start(new ProcessStartInfo(Compiler()!, ["-std=c11", "-D_GNU_SOURCE", "-pedantic", "-Wall", "-Wextra", "-Werror", "-O2", "-o", program, System.IO.Path.Combine(sources, "shm_check.c")]) { RedirectStandardError = true })!;
        var error = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        return compiler.ExitCode == 0 ? (program, "") : (null, error);
    }
}

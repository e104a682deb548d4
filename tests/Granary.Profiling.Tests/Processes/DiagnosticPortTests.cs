using Granary.Hardware;

namespace Granary.Profiling.Tests;

public sealed class DiagnosticPortTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("granary-port-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("1234567", "dotnet-diagnostic-42-1234567-socket")] // its own, not the one of an earlier process with its number, whatever order they have
    [InlineData("555", "dotnet-diagnostic-42-991406-socket")] // by another clock: the newest
    public void The_socket_is_that_of_the_process_and_not_of_one_that_was_killed(string start, string expected)
    {
        Write("proc/42/stat", $"42 (worker) S 1 42 42 0 -1 4194304 0 0 0 0 7 3 0 0 20 0 9 0 {start} 1000 200 0 0 0 0");
        Write("proc/42/status", "Name:\tworker\nNSpid:\t42\n");
        Write("proc/42/environ", "TMPDIR=/tmp/\0HOME=/\0");
        var places = Path.Combine(_root, "proc/42/root/tmp");
        Directory.CreateDirectory(places);
        foreach (var (ticks, age) in (IEnumerable<(string, int)>)[("1234567", 2), ("991406", 1), ("88", 3)])
        {
            var file = Path.Combine(places, $"dotnet-diagnostic-42-{ticks}-socket");
            File.WriteAllText(file, "");
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-age));
        }
        Write("proc/42/root/tmp/dotnet-diagnostic-43-1234567-socket", "");
        var found = DiagnosticPort.Find(new SystemRoot(_root), 42);
        Assert.Equal(expected, Path.GetFileName(found));
    }

    private void Write(string path, string text)
    {
        var file = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}

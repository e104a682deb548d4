using System.Text;
using Granary.Hardware;

namespace Granary.Profiling.Tests;

public sealed class SymbolTests
{
    [Fact]
    public void Functions_of_the_C_library_are_found()
    {
        var maps = AddressSpace.Parse(File.ReadAllText("/proc/self/maps"));
        var libc = maps.Mappings.First(m => m.Path.Contains("/libc.", StringComparison.Ordinal));
        using var file = TargetFile.Open(libc.Path, libc.Inode)!;
        var symbols = ElfFile.Read(file);
        Assert.True(symbols.Count > 100);
        var address = System.Runtime.InteropServices.NativeLibrary.GetExport(System.Runtime.InteropServices.NativeLibrary.Load("libc.so.6"), "malloc");
        var mapping = maps.Find((ulong)address)!.Value;
        Assert.Contains("malloc", symbols.Find((ulong)address - mapping.Start + mapping.Offset), StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_file_has_no_symbols_and_is_no_error()
    {
        var libc = AddressSpace.Parse(File.ReadAllText("/proc/self/maps")).Mappings.First(m => m.Path.Contains("/libc.", StringComparison.Ordinal)).Path;
        var whole = File.ReadAllBytes(libc);
        var path = Path.Combine(Path.GetTempPath(), $"granary-elf-{Guid.NewGuid():N}");
        var random = new Random(20260301);
        try
        {
            for (var i = 0; i < 200; i++)
            {
                // its headers are at the beginning and at the end
                var bytes = whole[..random.Next(1, whole.Length)];
                if (i % 2 == 0) bytes = (byte[])whole.Clone();
                for (var n = 0; n < 6; n++) bytes[random.Next(Math.Min(bytes.Length, 900))] = (byte)random.Next(256);
                for (var n = 0; n < 20; n++) bytes[bytes.Length - 1 - random.Next(Math.Min(bytes.Length, 4000))] = (byte)random.Next(256);
                bytes.AsSpan(0, Math.Min(6, bytes.Length)).Clear();
                whole.AsSpan(0, Math.Min(6, bytes.Length)).CopyTo(bytes);
                File.WriteAllBytes(path, bytes);
                using var file = TargetFile.Open(path, 0)!;
                Assert.InRange(ElfFile.Read(file).Count, 0, 100_000);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_pipe_and_another_file_under_the_name_are_not_opened()
    {
        var directory = Directory.CreateTempSubdirectory("granary-");
        try
        {
            var path = Path.Combine(directory.FullName, "file");
            File.WriteAllText(path, "x");
            Assert.NotNull(TargetFile.Open(path, 0));
            Assert.Null(TargetFile.Open(path, 1));
            Assert.Null(TargetFile.Open(directory.FullName, 0));
            Assert.Null(TargetFile.Open(Path.Combine(directory.FullName, "absent"), 0));
            var link = Path.Combine(directory.FullName, "link");
            File.CreateSymbolicLink(link, path);
            Assert.Null(TargetFile.Open(link, 0, owner: 12345));
            System.Diagnostics.Process.Start("mkfifo", [Path.Combine(directory.FullName, "pipe")]).WaitForExit();
            Assert.Null(TargetFile.Open(Path.Combine(directory.FullName, "pipe"), 0));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData(0x1000, "first")]
    [InlineData(0x100f, "first")]
    [InlineData(0x1010, null)]
    [InlineData(0x2000, "second")]
    [InlineData(0xfff, null)]
    public void Compiled_methods_are_found_by_their_ranges(ulong address, string? expected)
    {
        var table = SymbolLines.PerfMap(new MemoryStream(Encoding.UTF8.GetBytes("1000 10 first\n2000 10 second\nnonsense\n3000 x y\n")));
        Assert.Equal(2, table.Count);
        Assert.Equal(expected, table.Find(address));
    }

    [Fact]
    public void Later_mappings_replace_earlier_ones()
    {
        var space = AddressSpace.Parse("1000-3000 r-xp 00000000 08:01 12 /lib/a.so\n5000-6000 rw-p 00000000 08:01 13 /lib/b.so\n7000-8000 r-xp 00001000 00:00 0 \n");
        Assert.Equal("/lib/a.so", space.Find(0x2fff)!.Value.Path);
        Assert.Null(space.Find(0x5000)); // not for execution
        Assert.Equal(0UL, space.Find(0x7000)!.Value.Inode);
        var copy = space.Copy();
        space.Map(new(0x2000, 0x4000, 0, 14, "/lib/c.so"));
        Assert.Equal("/lib/c.so", space.Find(0x2fff)!.Value.Path);
        Assert.Equal("/lib/a.so", copy.Find(0x2fff)!.Value.Path);
    }

    [Theory]
    [InlineData("202 0x7f 0x0 0x1 0x0 0x0 0x0 0x7ffd00 0x7f1234", 202, 0x7f1234UL)]
    [InlineData("-1 0x7ffd00 0x7f1234", -1, 0x7f1234UL)]
    [InlineData("running", -1, 0UL)]
    [InlineData(null, -1, 0UL)]
    [InlineData("x y z", -1, 0UL)]
    public void A_waiting_thread_says_where(string? text, int call, ulong pc) => Assert.Equal((call, pc), WaitPlace.ParseCall(text));

    [Fact]
    public void A_kernel_stack_is_read_from_the_outermost() =>
        Assert.Equal(["ksys_read", "pipe_read"], WaitPlace.ParseStack("[<0>] pipe_read+0x3b8/0x4d0\n[<0>] ksys_read+0xa3/0xd0\n[<0>] do_syscall_64+0x3f/0x90\n[<0>] entry_SYSCALL_64_after_hwframe+0x64/0xce"));

    [Fact]
    public void A_process_of_its_own_is_told_by_its_mark_and_by_its_parents()
    {
        using var shell = ChildProcess.Shell("export GRANARY_TEST_MARK=pool/7#3@x; sh -c 'sleep 50 & wait' & wait");
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        IReadOnlyList<int> found = [];
        while (found.Count < 2 && System.Diagnostics.Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(5))
            found = new TargetProcesses(SystemRoot.Machine, new() { Name = "task", Mark = "GRANARY_TEST_MARK=pool/7#" }).List();
        Assert.True(found.Count >= 2);
        Assert.DoesNotContain(Environment.ProcessId, found);
        Assert.Empty(new TargetProcesses(SystemRoot.Machine, new() { Name = "task", Mark = "GRANARY_TEST_MARK=pool/8#" }).List());
    }
}

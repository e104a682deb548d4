using System.Text;

namespace Granary.Client.Tests;

/// <summary>Whatever a file holds, reading it ends soon, with little memory, in a problem.</summary>
public sealed class HostileFileTests : IDisposable
{
    // Each takes a second or two when the machine is idle; what grows with the square of its size would take hours.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly string _directory = Directory.CreateTempSubdirectory("granary-test-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_hundred_megabytes_are_refused_without_being_read()
    {
        var path = Path.Combine(_directory, "large.yaml");
        using (var file = File.Create(path)) file.SetLength(100 * 1024 * 1024);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var problem = Assert.Single(FleetFile.Load(path).Problems);
        Assert.Equal($"{path}: is 100 MiB large; a fleet file may have up to 8 MiB, and arrays of tasks are written with 'count'", problem.ToString());
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1024 * 1024);
    }

    [Fact]
    public void An_endless_stream_is_refused_at_the_limit()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "needs /dev/zero");
        Assert.Contains("is more large", Assert.Single(FleetFile.Load("/dev/zero").Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Directories_and_missing_files_are_said_to_be_so()
    {
        Assert.Equal($"{_directory}: is a directory; give a fleet file in it", Assert.Single(FleetFile.Load(_directory).Problems).ToString());
        var missing = Path.Combine(_directory, "no.yaml");
        Assert.Equal($"{missing}: there is no such file; check the path", Assert.Single(FleetFile.Load(missing).Problems).ToString());
        Assert.False(FleetFile.Load("bad\0path").IsValid);
        Assert.False(FleetFile.Load("").IsValid);
    }

    [Fact]
    public void Binary_files_are_said_to_be_so()
    {
        Assert.Equal("2: holds binary data (character 0); give a YAML or JSON fleet file", Loaded([.. "a: b\n"u8, 0, 1, 2]));
        Assert.Equal("2: is not UTF-8 text; give a YAML or JSON fleet file", Loaded([.. "a: b\nc: "u8, 0xC3, 0x28]));
        Assert.Equal("0: is UTF-16 text; save it as UTF-8", Loaded(Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("tasks: []")).ToArray()));
        Assert.Equal("1: is not UTF-8 text; give a YAML or JSON fleet file", Loaded([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 0xff]));
    }

    [Fact]
    public void A_yaml_bomb_is_refused_at_its_first_anchor()
    {
        var bomb = new StringBuilder("a: &a [x,x,x,x,x,x,x,x,x]\n");
        for (var c = 'b'; c < 'k'; c++) bomb.Append(c).Append(": &").Append(c).Append(" [").AppendJoin(',', Enumerable.Repeat($"*{(char)(c - 1)}", 9)).Append("]\n");
        Assert.Equal("1: sets the anchor '&a'; fleet files have none: write the value out where it is needed", Parsed(bomb.ToString()));
    }

    private static readonly Dictionary<string, Func<string>> Shapes = new()
    {
        ["brackets"] = () => new string('[', 4_000_000),
        ["braces"] = () => string.Concat(Enumerable.Repeat("{a: ", 1_000_000)),
        ["json brackets"] = () => "{\"tasks\": " + new string('[', 4_000_000),
        ["indents"] = () => Staircase(2500),
        ["dashes"] = () => string.Concat(Enumerable.Repeat("- ", 2_000_000)),
        ["many values"] = () => "tasks: [" + string.Concat(Enumerable.Repeat("1,", 3_000_000)) + "]",
        ["many keys"] = () => string.Concat(Enumerable.Range(0, 500_000).Select(i => $"k{i}: {i}\n")),
        ["question marks"] = () => string.Concat(Enumerable.Repeat("? ", 2_000_000)),
        ["one long word"] = () => new string('x', 8_000_000),
        ["one long quoted text"] = () => "tasks: \"" + new string('x', 8_000_000),
        ["quotes"] = () => new string('"', 4_000_000),
        ["long key"] = () => new string('k', 4_000_000) + ": 1",
        ["colons"] = () => new string(':', 4_000_000),
        ["anchors"] = () => string.Concat(Enumerable.Repeat("&a ", 2_000_000)),
        ["bangs"] = () => new string('!', 4_000_000),
        ["percent"] = () => new string('%', 4_000_000),
        ["comments"] = () => string.Concat(Enumerable.Repeat("#\n", 4_000_000)),
        ["spaces"] = () => new string(' ', 8_000_000) + "x",
        ["line ends"] = () => new string('\n', 8_000_000) + "x",
        ["folded text"] = () => "a: >\n" + string.Concat(Enumerable.Repeat(" x\n\n", 1_500_000)),
        ["plain lines"] = () => "a: x\n" + string.Concat(Enumerable.Repeat(" y\n", 2_000_000)),
        ["documents"] = () => string.Concat(Enumerable.Repeat("---\n", 2_000_000)),
        ["unknown keys in tasks"] = () => "tasks:\n" + string.Concat(Enumerable.Range(0, 200_000).Select(i => $"- {{ agnt{i}: a, prio{i}: 1 }}\n")),
        ["unknown dependencies"] = () => "tasks:\n" + string.Concat(Enumerable.Range(0, 100_000).Select(i => $"- {{ name: t{i}, agent: a, handler: noop, after: [tt{i}] }}\n")),
        ["a chain into a circle"] = () => "tasks:\n" + string.Concat(Enumerable.Range(0, 100_000).Select(i => $"- {{ name: t{i}, agent: a, handler: noop, after: [t{(i + 1) % 100_000}] }}\n")),
        ["circles everywhere"] = () => "tasks:\n" + string.Concat(Enumerable.Range(0, 700).Select(i => $"- {{ name: t{i}, agent: a, handler: noop, after: [{string.Join(',', Enumerable.Range(0, 700).Select(j => $"t{j}"))}] }}\n")),
        ["nodes against requests"] = () => "nodes:\n" + string.Concat(Enumerable.Range(0, 40_000).Select(i => $"- {{ name: n{i}, pool: p, capacity: {{ cpu: {i + 1}, gpu: {40_001 - i} }} }}\n"))
            + "tasks:\n" + string.Concat(Enumerable.Range(0, 40_000).Select(i => $"- {{ agent: a, handler: noop, pool: p, resources: {{ cpu: {i + 1}, gpu: {40_002 - i} }} }}\n")),
    };

    public static TheoryData<string> Large => [.. Shapes.Keys];

    [Theory]
    [MemberData(nameof(Large))]
    public async Task Large_files_of_every_shape_end_soon(string shape)
    {
        var text = Shapes[shape]();
        Assert.True(text.Length <= FleetFile.MaxBytes, shape);
        var result = await Task.Run(() => FleetFile.Parse(text, "fleet.yaml")).WaitAsync(Soon);
        Assert.False(result.IsValid, shape);
        Assert.InRange(result.Problems.Count, 1, FleetFile.MaxProblems);
        Assert.All(result.Problems, p => Assert.InRange(p.ToString().Length, 1, 500));
    }

    private static string Staircase(int steps)
    {
        var text = new StringBuilder();
        for (var i = 0; i < steps; i++) text.Append(' ', i).Append("a:\n");
        return text.ToString();
    }

    private string Loaded(byte[] content)
    {
        var path = Path.Combine(_directory, "fleet.yaml");
        File.WriteAllBytes(path, content);
        var problem = Assert.Single(FleetFile.Load(path).Problems);
        return $"{problem.Line}: {problem.Message}";
    }

    private static string Parsed(string text)
    {
        var problem = Assert.Single(FleetFile.Parse(text, "fleet.yaml").Problems);
        return $"{problem.Line}: {problem.Message}";
    }
}

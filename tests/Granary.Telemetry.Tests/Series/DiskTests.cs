namespace Granary.Telemetry.Tests.Series;

public sealed class DiskTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("granary-series-").FullName;

    private string Place => Path.Combine(_root, "node-1");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Files_have_a_bounded_size_and_survive_a_restart()
    {
        using (var store = new SeriesStore(new DiskSeriesFiles(Place), Make.Small))
            for (var i = 0; i < 1000; i++) store.Append(i, ("cpu", i));
        Assert.True(new FileInfo(Path.Combine(Place, "1s-64.ring")).Length <= 60 * (32 + (64 * 4)));
        Assert.True(new FileInfo(Path.Combine(Place, "10s-64.ring")).Length <= 60 * (32 + (64 * 16)));

        using var next = new SeriesStore(new DiskSeriesFiles(Place), Make.Small);
        Assert.Equal(Enumerable.Range(990, 10).Select(i => (float)i), next.Ask("cpu", 990, 999, 1, 1000).Means());
    }

    [Theory]
    [InlineData("series")]
    [InlineData("1s-64.ring")]
    public void A_damaged_file_is_set_aside_or_read_around_and_never_fatal(string file)
    {
        using (var store = new SeriesStore(new DiskSeriesFiles(Place), Make.Small))
            for (var i = 0; i < 100; i++) store.Append(i, ("cpu", i));
        var path = Path.Combine(Place, file);
        var bytes = File.ReadAllBytes(path);
        new Random(7).NextBytes(bytes);
        File.WriteAllBytes(path, bytes);

        using var next = new SeriesStore(new DiskSeriesFiles(Place), Make.Small);
        next.Append(100, ("cpu", 5));
        Assert.Equal(5, next.Ask("cpu", 100, 100, 1, 100).Means()[0]);
        Assert.Equal(file == "series", Directory.Exists(Place + ".damaged"));
    }

    [Fact]
    public void A_file_that_was_cut_short_has_gaps()
    {
        using (var store = new SeriesStore(new DiskSeriesFiles(Place), Make.Small))
            for (var i = 0; i < 60; i++) store.Append(i, ("cpu", i));
        using (var file = File.OpenWrite(Path.Combine(Place, "1s-64.ring"))) file.SetLength(file.Length / 2);

        using var next = new SeriesStore(new DiskSeriesFiles(Place), Make.Small);
        var means = next.Ask("cpu", 0, 59, 1, 59).Means();
        Assert.InRange(means.Count(float.IsNaN), 25, 35);
    }
}

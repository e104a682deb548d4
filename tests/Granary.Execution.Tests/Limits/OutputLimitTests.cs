using Granary.Execution.Limits;

namespace Granary.Execution.Tests.Limits;

public sealed class OutputLimitTests
{
    [Theory]
    [InlineData(10, 100, false, 10)]
    [InlineData(100, 100, false, 100)]
    [InlineData(101, 100, true, 100)]
    [InlineData(5000, 100, true, 100)]
    [InlineData(5000, 5, true, 5)]
    [InlineData(5000, 0, true, 0)]
    public void A_file_never_exceeds_its_limit(int length, int limit, bool cut, int after)
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, new string('x', length));

        Assert.Equal(cut, OutputLimit.Enforce(path, limit));

        var text = File.ReadAllText(path);
        Assert.Equal(after, text.Length);
        if (after == 100) Assert.Equal(cut, text.EndsWith("\n[output cut at 100 bytes]\n", StringComparison.Ordinal));
        File.Delete(path);
    }

    [Fact]
    public void A_file_that_is_not_there_is_no_error() => Assert.False(OutputLimit.Enforce("/no/such/file", 10));
}

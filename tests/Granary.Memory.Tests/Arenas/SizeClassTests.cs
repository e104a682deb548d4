using Granary.Memory.Arenas;

namespace Granary.Memory.Tests.Arenas;

public class SizeClassTests
{
    [Fact]
    public void EveryLengthGetsTheSmallestClassThatHoldsIt()
    {
        for (var length = 0; length <= SizeClasses.Largest; length++)
        {
            var index = SizeClasses.Of(length);
            Assert.True(SizeClasses.Size(index) >= length);
            Assert.True(index == 0 || SizeClasses.Size(index - 1) < length);
            if (length > 128) Assert.True(SizeClasses.Size(index) - length < 0.2 * SizeClasses.Size(index));
        }
        Assert.Equal(SizeClasses.Count - 1, SizeClasses.Of(SizeClasses.Largest));
        for (var index = 0; index < SizeClasses.Count; index++) Assert.Equal(0, SizeClasses.Size(index) % SizeClasses.Granule);
    }

    [Fact]
    public void LongerOnesUpToAPageHaveAPageToThemselves()
    {
        for (var length = SizeClasses.Largest + 1; length <= 65536; length++) Assert.Equal(SizeClasses.WholePage, SizeClasses.Of(length));
        Assert.Equal(65536, SizeClasses.Size(SizeClasses.WholePage));
    }
}

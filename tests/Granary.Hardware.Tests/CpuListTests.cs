using FsCheck;
using FsCheck.Fluent;

namespace Granary.Hardware.Tests;

public sealed class CpuListTests
{
    [Theory]
    [InlineData("0-3,8,10-11", new[] { 0, 1, 2, 3, 8, 10, 11 })]
    [InlineData("0", new[] { 0 })]
    [InlineData("", new int[0])]
    [InlineData(null, new int[0])]
    [InlineData(" 3 , 1-2,2\n", new[] { 1, 2, 3 })]
    [InlineData("x,1-y,-5,2", new[] { 2 })]
    [InlineData("5-3", new int[0])]
    [InlineData("0-4000000000", new int[0])]
    public void Parses(string? text, int[] cpus) => Assert.Equal(cpus, CpuList.Parse(text));

    [Fact]
    public void What_is_written_is_read_again() => Prop.ForAll(Gen.Choose(0, 200).ListOf(40).ToArbitrary(),
        cpus => CpuList.Parse(CpuList.Format(cpus)).SequenceEqual(cpus.Distinct().Order())).QuickCheckThrowOnFailure();
}

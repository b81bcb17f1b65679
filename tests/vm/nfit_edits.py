# SPDX-License-Identifier: GPL-2.0-only
"""What is mended in tools/testing/nvdimm of Linux before it is built: by file, text and its
successor.

The emulation keeps its memory in vmalloc's area. The driver for device dax must be given the
address there, not the physical one, which is made up. File systems must be told that these pages
are a device's, or they refuse to map them; and writing must be able to mend bad blocks. Pages of
device dax that are listed as bad cannot be touched, as on memory that is really bad.
"""

EDITS = {
    'tools/testing/nvdimm/dax-dev.c': [
        ('#include "../../../drivers/dax/dax-private.h"',
         '#include "../../../drivers/dax/dax-private.h"\n'
         '#include <nd.h>\n'
         '\n'
         'static bool is_bad(struct dev_dax *dev_dax, phys_addr_t addr)\n'
         '{\n'
         '\tstruct nd_region *nd_region = to_nd_region(dev_dax->region->dev->parent);\n'
         '\tsector_t first;\n'
         '\tint count;\n'
         '\n'
         '\treturn badblocks_check(&nd_region->bb, (addr - nd_region->ndr_start) / 512,\n'
         '\t\t\tPAGE_SIZE / 512, &first, &count) != 0;\n'
         '}'),
        ('if (dev_dax->region->align > PAGE_SIZE)',
         'if (dev_dax->region->align > PAGE_SIZE || is_bad(dev_dax, addr))'),
        ('page = vmalloc_to_page((void *)addr);',
         'page = vmalloc_to_page(get_nfit_res(addr)->buf +\n'
         '\t\t\t\t\t\t(addr - get_nfit_res(addr)->res.start));'),
    ],
    'tools/testing/nvdimm/pmem-dax.c': [
        ('if (unlikely(is_bad_pmem(',
         'if (mode != DAX_RECOVERY_WRITE && unlikely(is_bad_pmem('),
        ('*pfn = page_to_pfn_t(page);',
         '*pfn = phys_to_pfn_t(page_to_phys(page), PFN_DEV | PFN_MAP);'),
    ],
}
